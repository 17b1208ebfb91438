/** What can go wrong with a local cluster as a whole. */
export type SupervisorErrorCode =
  | 'AlreadyUp'
  | 'NotUp'
  | 'NotWritable'
  | 'PortTaken'
  | 'AddressesTaken'
  | 'InvalidName'
  | 'InvalidUser'
  | 'PartFailed'
  | 'NotReady'
  | 'NotBuilt';

/** Says what happened, where, and what to do. */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError';
  readonly code: SupervisorErrorCode;

  constructor(code: SupervisorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
