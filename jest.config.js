import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/{src,plugins}/**/*.spec.ts', '<rootDir>/test/{e2e,contract,browser}/**/*.spec.ts'],
  moduleNameMapper: {
    '^signalbox/sdk$': '<rootDir>/src/sdk/index.ts',
    '^signalbox/middleware$': '<rootDir>/src/middleware/index.ts',
    '^signalbox/sdk/testing$': '<rootDir>/src/sdk/testing/index.ts',
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Machines that run the tests of several projects at a time are slow now and then.
  testTimeout: 90_000,
  // Suites wait more than they compute.
  maxWorkers: Math.max(availableParallelism() - 1, 2),
  // Modules of a suite that has ended stay in memory (https://github.com/jestjs/jest/issues/14605): some hundred suites would fill it.
  workerIdleMemoryLimit: '1GB',
};
