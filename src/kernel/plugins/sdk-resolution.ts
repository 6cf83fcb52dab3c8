import { registerHooks, type ResolveFnOutput, type ResolveHookContext } from 'node:module';
import { extname } from 'node:path';

/*
 * A plugin may lie anywhere on the disk, where Node would not find `signalbox/sdk`. It must get the SDK of this very
 * process besides: with a second copy, errors would not be recognised and schemas not be shared.
 */

const extension = extname(import.meta.url);
const sdk: ReadonlyMap<string, string> = new Map([
  ['signalbox/sdk', new URL(`../../sdk/index${extension}`, import.meta.url).href],
  ['signalbox/sdk/testing', new URL(`../../sdk/testing/index${extension}`, import.meta.url).href],
]);

/** Imports `package-of:<name>?from=<url>`: the package, as Node finds it from that place. */
const packageScheme = 'package-of:';

let registered = false;

/** Makes `signalbox/sdk` and `rxjs` importable from everywhere in this process. */
export function serveSdkToPlugins(): void {
  if (registered) return;
  registered = true;
  try {
    registerHooks({ resolve: resolveForPlugins });
  } catch {
    // A test runner that loads modules itself allows no hooks and has its own way to map the SDK. Were it for another
    // reason, importing a plugin would fail and say so.
  }
}

function resolveForPlugins(
  specifier: string,
  context: ResolveHookContext,
  nextResolve: (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput,
): ResolveFnOutput {
  const own = sdk.get(specifier);
  if (own !== undefined) return nextResolve(own, context);
  if (specifier.startsWith(packageScheme)) {
    const { pathname, searchParams } = new URL(specifier);
    const parentURL = searchParams.get('from') ?? undefined;
    return nextResolve(decodeURIComponent(pathname), { ...context, parentURL });
  }
  if (specifier !== 'rxjs') return nextResolve(specifier, context);
  try {
    return nextResolve(specifier, context);
  } catch {
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
}

/** What to import to get a package as it is found from the file or folder `from` (a URL). */
export function packageSpecifier(name: string, from: string): string {
  return `${packageScheme}${encodeURIComponent(name)}?from=${encodeURIComponent(from)}`;
}
