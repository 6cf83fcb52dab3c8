import { createInterface } from 'node:readline';
import { Observable } from 'rxjs';
import { startProgram } from 'signalbox/sdk';
import { parseEvent, type DomainEvent } from './domain-event.ts';
import { failureOf, hintAtPackage, virshProgram, type Hypervisor } from './virsh.ts';

/** The last words of virsh are its reason to end, characters. */
const keptWords = 4_096;

/**
 * What `virsh event` tells, and `connected` before that. Fails when virsh ends, whatever for; unsubscribed from, virsh is
 * ended.
 */
export function virshEvents(hypervisor: Hypervisor): Observable<'connected' | DomainEvent> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    let connected = false;
    const take = (line: string): void => {
      const event = connected ? parseEvent(line) : 'connected';
      connected = true;
      if (event) subscriber.next(event);
    };
    follow(hypervisor, { signal: abort.signal, take }).catch((error: unknown) => {
      subscriber.error(error);
    });
    return () => {
      abort.abort();
    };
  });
}

interface Following {
  readonly signal: AbortSignal;
  readonly take: (line: string) => void;
}

/** Rejects when virsh has ended. */
async function follow(hypervisor: Hypervisor, { signal, take }: Following): Promise<never> {
  // The URI is printed once there is a connection. "--all": virsh watches one kind of events, or all.
  const program = await virshProgram(hypervisor, ['uri; event --all --loop --timestamp']);
  signal.throwIfAborted();
  const started = startProgram(program, { endsWithSignalbox: true });
  const { stdout, stderr, ended } = started;
  let words = '';
  stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-keptWords)));
  createInterface({ input: stdout, crlfDelay: Infinity }).on('line', take);
  const onAbort = (): void => void started.stop();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    throw failureOf({ ...(await ended.catch(hintAtPackage)), stderr: words });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
