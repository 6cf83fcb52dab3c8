import { expect, it } from '@jest/globals';
import { vm } from './index.ts';

it('has the events of a virtual machine', () => {
  expect(Object.keys(vm.events ?? {})).toEqual([
    'power_on',
    'power_off',
    'reset',
    'created',
    'deleted',
    'status_change',
    'error',
  ]);
});

it('takes events with whatever their source knows, or nothing', () => {
  for (const schema of Object.values(vm.events ?? {})) {
    expect(schema.parse({})).toEqual({});
    expect(schema.parse({ node: 'n1', vcpus: 4 })).toEqual({ node: 'n1', vcpus: 4 });
  }
});

it('refuses event data of the wrong form', () => {
  expect(vm.events?.status_change.safeParse({ from: 'running', to: 'paused', node: 1 }).success).toBe(true);
  expect(vm.events?.status_change.safeParse({ to: 1 }).success).toBe(false);
  expect(vm.events?.error.safeParse({ message: ['x'] }).success).toBe(false);
  expect(vm.events?.power_on.safeParse('on').success).toBe(false);
});

it('keeps settings that only its owner knows', () => {
  expect(vm.settings?.parse({ host: 'node-1', rack: 12 })).toEqual({ host: 'node-1', rack: 12 });
  expect(vm.settings?.parse({})).toEqual({});
});
