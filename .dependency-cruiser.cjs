/*
 * Who may import whom. The kernel only moves events to actions; these rules keep it so. Whole folders are named,
 * so that a new file falls under the rules without being listed.
 */

const tests = '\\.spec\\.ts$';
const sdk = '^src/sdk/';

// `signalbox/sdk` is the package's own name and leads through its exports to the build; unbuilt, it leads nowhere.
const publicSdk = ['^dist/src/sdk/(testing/)?index\\.', '^signalbox/sdk(/testing)?$'];

/** A rule that lets `from` import nothing of the project but `allowed`. Its own folder is always allowed. */
function only(name, comment, from, allowed) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: tests },
    to: { path: ['^src/', '^plugins/', '^test/', '^dist/'], pathNot: [from, ...allowed] },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one subject in two places. Type-only imports count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: publicSdk },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that package.json does not name is there by chance.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-package-in-production',
      comment: 'Users install without devDependencies. The test kit of the SDK is no exception.',
      severity: 'error',
      from: { path: ['^src/', '^plugins/'], pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm', 'npm-optional'] },
    },
    {
      name: 'no-tests-in-production',
      comment: 'Code that is shipped does not need tests to run.',
      severity: 'error',
      from: { path: ['^src/', '^plugins/'], pathNot: tests },
      to: { path: [tests, '^test/'] },
    },
    {
      name: 'plugins-through-the-sdk',
      comment: 'A plugin sees its own folder and signalbox/sdk: that is what lets others write plugins, too.',
      severity: 'error',
      from: { path: '^(plugins/[^/]+)/' },
      to: {
        path: ['^src/', '^plugins/', '^dist/'],
        pathNot: ['^$1/', ...publicSdk],
      },
    },
    {
      name: 'fixtures-through-the-sdk',
      comment: 'The plugins of the tests stand for those that others write.',
      severity: 'error',
      from: { path: '^(test/fixtures/plugins/[^/]+)/' },
      to: {
        path: ['^src/', '^plugins/', '^dist/'],
        pathNot: publicSdk,
      },
    },
    only('sdk-stands-alone', 'The SDK is the contract: nothing of Signalbox is behind it.', sdk, []),
    only(
      'middleware-brings-nothing-along',
      'It runs in programs of others: of the SDK it may use what imports nothing itself.',
      '^src/middleware/',
      ['^src/sdk/(call-redaction|captured-body|cause-header|json)\\.ts$'],
    ),
    only('domain-is-pure', 'The domain knows the SDK and nothing else.', '^src/domain/', [sdk]),
    only('kernel-knows-no-edge', 'The kernel reaches the world through its ports.', '^src/kernel/', [
      '^src/domain/',
      sdk,
    ]),
    ...['api', 'persistence', 'config', 'cli'].map((edge) =>
      only(
        `${edge}-stands-beside-the-others`,
        'The edges know the kernel, not each other.',
        `^src/${edge}/`,
        ['^src/(kernel|domain)/', sdk],
      ),
    ),
    {
      name: 'nothing-imports-the-top',
      comment:
        'Files directly in src, the demo and the reference look at all parts; no part knows the whole.',
      severity: 'error',
      from: { path: '^(src/[^/]+/|plugins/)', pathNot: [tests, '^src/(demo|reference)/'] },
      to: { path: ['^src/[^/]+\\.ts$', '^src/(demo|reference)/'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
    doNotFollow: { path: ['^node_modules/', '^dist/'] },
    exclude: { path: ['^coverage/'] },
  },
};
