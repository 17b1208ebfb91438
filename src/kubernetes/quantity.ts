export {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  isQuantity,
  parseQuantity,
  quantityAsInteger,
  quantityAsNumber,
} from '../schema/quantity.js';
export type { Quantity } from '../schema/quantity.js';
