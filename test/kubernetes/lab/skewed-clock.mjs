// Loaded before a program: shifts its wall clock by SERIN_LAB_SKEW milliseconds, as on a machine whose clock is wrong.
const skew = Number(process.env.SERIN_LAB_SKEW ?? 0);
const Real = Date;

globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + skew);
    else super(...args);
  }

  static now() {
    return Real.now() + skew;
  }
};
