/** An object that a driver acts on, and how to get at it. */
export interface DriverTarget {
  /** Its object type: `vm`, `tenant`, `user`. */
  readonly type: string;
  /** Unique in its type: `gpu-01`. */
  readonly key: string;
  readonly name: string;
  /** Key of the driver's own object that says where and with which credentials: `host-1` of `libvirt/host-1`. */
  readonly connection: string;
  /** What it is called there: a domain's name or UUID, a number, a MAC address. Default: its key. */
  readonly id: string;
}
