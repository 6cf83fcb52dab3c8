import { describe, expect, it } from '@jest/globals';
import { defineExtensionPoint } from './extension.ts';
import { ExtensionSet } from './extension-set.ts';

const greeting = defineExtensionPoint<() => string>('greeting');

describe('an extension point', () => {
  it('has what is offered, in the order of the names, until it is taken back', () => {
    const extensions = new ExtensionSet();
    const withdraw = extensions.add(greeting, 'polite', () => 'Good day');
    extensions.add(greeting, 'casual', () => 'Hi');
    expect([...extensions.at(greeting).keys()]).toEqual(['casual', 'polite']);
    expect(extensions.at(greeting).get('polite')?.()).toBe('Good day');
    withdraw();
    expect([...extensions.at(greeting).keys()]).toEqual(['casual']);
  });

  it('is the same for everybody who means its name', () => {
    const extensions = new ExtensionSet();
    extensions.add(greeting, 'casual', () => 'Hi');
    expect(extensions.at(defineExtensionPoint<() => string>('greeting')).size).toBe(1);
    expect(extensions.at(defineExtensionPoint<() => string>('farewell')).size).toBe(0);
  });

  it('takes a name once', () => {
    const extensions = new ExtensionSet();
    extensions.add(greeting, 'casual', () => 'Hi');
    expect(() => extensions.add(greeting, 'casual', () => 'Hey')).toThrow(
      '"casual" is offered at greeting already',
    );
  });

  it('takes nothing back that somebody else has offered since', () => {
    const extensions = new ExtensionSet();
    const withdraw = extensions.add(greeting, 'casual', () => 'Hi');
    withdraw();
    extensions.add(greeting, 'casual', () => 'Hey');
    withdraw();
    expect(extensions.at(greeting).get('casual')?.()).toBe('Hey');
  });

  it('tells what is offered now and each time that it changes', () => {
    const extensions = new ExtensionSet();
    const seen: string[][] = [];
    extensions.watch(greeting).subscribe((offers) => seen.push([...offers.keys()]));
    extensions.add(greeting, 'casual', () => 'Hi')();
    expect(seen).toEqual([[], ['casual'], []]);
  });
});
