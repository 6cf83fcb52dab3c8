/*
 * Run after npm has written package-lock.json: adds the optional packages of other platforms that it left out.
 *
 * npm leaves out an optional package that the registry at hand does not carry (a mirror with the packages of one
 * platform), and from 11.16 on `npm ci` refuses the very lock file that it wrote (npm/cli#9846). What is left out are
 * binaries for other platforms; version, system and processor follow from the package that asks for them and from their
 * names. They have no checksum until `npm install` runs where they can be fetched.
 *
 * Besides it leaves out that better-sqlite3 comes compiled (`"gypfile": false` in its package.json). Installing from the lock file npm
 * would then compile it all the same, which takes Python and the headers of Node.js from nodejs.org.
 *
 *   node .ci/complete-lock.js            completes it
 *   node .ci/complete-lock.js --check    only tells, and exits with 1 if something is missing
 */
import { readFileSync, writeFileSync } from 'fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = [...findMissing(lock.packages), ...findCompiled(lock.packages)];

for (const { name } of missing) console.log(`missing: ${name}`);
if (process.argv.includes('--check')) {
  process.exitCode = missing.length > 0 ? 1 : 0;
} else if (missing.length > 0) {
  for (const { path, entry } of missing) lock.packages[path] = entry;
  lock.packages = sorted(lock.packages);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`completed ${missing.length} packages in package-lock.json`);
}

/** Packages that bring what they would compile, and of which the lock file does not say so. */
function findCompiled(packages) {
  return Object.entries(packages)
    .filter(([path, { gypfile }]) => /(?:^|\/)node_modules\/better-sqlite3$/.test(path) && gypfile !== false)
    .map(([path, { version, ...rest }]) => ({
      name: `"gypfile": false of ${path}`,
      path,
      entry: { version, gypfile: false, ...rest },
    }));
}

function findMissing(packages) {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, parent, name))
      .map(([name, version]) => ({
        name,
        path: `node_modules/${name}`,
        entry: entryOf(name, version, dev),
      })),
  );
}

/** Looks where Node.js would: in the package, then in those around it. */
function isLocked(packages, parent, name) {
  for (let at = parent; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    if (packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

// The keys in npm's order, so that its next change is a small one.
function entryOf(name, version, dev) {
  const { cpu, libc, os } = platformOf(name);
  return {
    version: exact(name, version),
    cpu: [cpu],
    ...(dev && { dev }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: [os],
  };
}

function exact(name, version) {
  if (/^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new Error(
    `${name}: which version of ${version} it is cannot be known without a registry that carries it`,
  );
}

/** `@swc/core-linux-arm-gnueabihf` → linux, arm, glibc. */
function platformOf(name) {
  const match = /-(aix|android|darwin|freebsd|linux|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(
    name,
  );
  if (!match) throw new Error(`${name}: what platform it is for cannot be told from its name`);
  const [, os, cpu, abi = ''] = match;
  const libc = os !== 'linux' ? undefined : abi.startsWith('musl') ? 'musl' : 'glibc';
  return { cpu, libc, os };
}

// In npm's order, too.
function sorted(packages) {
  return Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
}
