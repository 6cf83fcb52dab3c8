/** The same port, with some of its methods replaced. */
export function overriding<Port extends object>(inner: Port, methods: Partial<Port>): Port {
  return new Proxy(inner, {
    get(port, name) {
      const own: unknown = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const member: unknown = Reflect.get(port, name);
      return typeof member === 'function' ? (member.bind(port) as unknown) : member;
    },
  });
}
