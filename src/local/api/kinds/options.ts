/** What may differ between two local clusters on one machine. */
export interface BuiltinKindOptions {
  /** IPv4 range that Services get their cluster IPs from; default `10.96.0.0/16`. */
  readonly serviceRange?: string;
  /** Ports that NodePort and LoadBalancer Services get, both inclusive; default 30000 to 32767. */
  readonly nodePorts?: { readonly from: number; readonly to: number };
}
