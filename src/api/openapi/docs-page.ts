/** Nothing from elsewhere, and no other page may put this one into a frame. Swagger UI sets styles of elements. */
export const docsPolicy = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self' 'unsafe-inline'`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `form-action 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** Addresses are relative, so that the page works under the path of a proxy, too. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Signalbox API</title>
    <link rel="stylesheet" href="docs/swagger-ui.css" />
    <style>
      body { margin: 0; font-family: sans-serif; }
      form { max-width: 22rem; margin: 4rem auto; display: grid; gap: 0.5rem; }
      form[hidden] { display: none; }
      input, button { font: inherit; padding: 0.4rem; }
    </style>
  </head>
  <body>
    <form id="caller" hidden>
      <h1>Signalbox API</h1>
      <label for="user">User</label>
      <input id="user" autocomplete="username" />
      <label for="password">Password</label>
      <input id="password" type="password" autocomplete="current-password" />
      <label for="token">or an API token with the scope read</label>
      <input id="token" type="password" autocomplete="off" />
      <button>Show</button>
      <p id="problem" role="alert"></p>
    </form>
    <main id="api"></main>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

/** A token is kept in the memory of the page only; a log-in is the session of a browser. */
export const docsScript = `'use strict';
const field = (id) => document.getElementById(id);
let token = '';

function identify(request) {
  if (token !== '') request.headers.authorization = 'Bearer ' + token;
  else request.headers['signalbox-csrf'] = '1';
  return request;
}

async function ask(path, options) {
  const answer = await fetch(path, identify({ headers: {}, ...options }));
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? 'HTTP ' + answer.status);
}

async function show() {
  const spec = await ask('openapi.json');
  field('caller').hidden = true;
  SwaggerUIBundle({ spec, domNode: field('api'), deepLinking: true, requestInterceptor: identify });
}

field('caller').addEventListener('submit', async (event) => {
  event.preventDefault();
  field('problem').textContent = '';
  token = field('token').value.trim();
  try {
    if (token === '') {
      const body = JSON.stringify({ user: field('user').value, password: field('password').value });
      await ask('session', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    }
    await show();
  } catch (error) {
    field('problem').textContent = error.message;
  }
});

show().catch(() => {
  field('caller').hidden = false;
});
`;
