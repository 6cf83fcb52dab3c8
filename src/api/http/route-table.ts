/** Knows which methods a path answers to, so that a wrong one gets 405 with `Allow` and not 404. */
export class RouteTable {
  readonly #routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  add(path: string, methods: string | readonly string[]): void {
    const route = this.#routes.get(path) ?? { pattern: patternOf(path), methods: new Set() };
    for (const method of [methods].flat()) route.methods.add(method);
    this.#routes.set(path, route);
  }

  /** Sorted; empty when the path does not exist. */
  methods(path: string): readonly string[] {
    const found = new Set<string>();
    for (const { pattern, methods } of this.#routes.values()) {
      if (pattern.test(path)) for (const method of methods) found.add(method);
    }
    return [...found].sort();
  }
}

/** `/api/tasks/:id` → `^/api/tasks/[^/]+$`. */
function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    // A colon of its own is written twice.
    return part === '*' ? '.*' : part.replaceAll('::', ':').replace(/[^\w-]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
