import type { CallData } from './call-data.ts';

export interface ReporterOptions {
  /** Where Signalbox is: `http://127.0.0.1:4280`. */
  readonly url: string;
  /** A token with the scope `ingest`. */
  readonly token: string;
  /** Name of the application in the events. Default: `urn:calls:<host name>:<process id>`. */
  readonly source?: string;
  /** Which calls to report, asked for each when it has ended. Default: all. */
  readonly filter?: (call: CallData) => boolean;
  /** Bytes that are kept of each body. Default 65,536; 0: none. */
  readonly maxBodyBytes?: number;
  /** Calls that may wait to be reported; what comes on top is not reported. Default 10,000. */
  readonly maxWaiting?: number;
  /** Bytes that these may take. Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /** Whether callers may name the event that has led to their call (`signalbox-cause`). Default false. */
  readonly trustCause?: boolean;
  /** Told once when calls cannot be reported. Default: `process.emitWarning`. */
  readonly warn?: (message: string) => void;
}
