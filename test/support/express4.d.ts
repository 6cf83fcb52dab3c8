// Express 4 has no types of its own; what the tests use of it has not changed since.
declare module 'express4' {
  export { default } from 'express';
}
