/** Stands for what nobody is to read over somebody's shoulder. */
const MASK = '•••';
const SECRET = /^(token|password|passphrase|secret|authorization|cookie|api_?key)$/i;

/** A frame's JSON as it may be shown: without session tokens, credentials, and whatever is called like one. */
export function readWithoutSecrets(text: string): unknown {
  const frame: unknown = JSON.parse(text, (key, value: unknown) => (SECRET.test(key) && value ? MASK : value));
  if (!isConnect(frame)) return frame;
  const { session, auth } = frame;
  return { ...frame, ...(auth != null && { auth: masked(auth) }), ...(session != null && { session: MASK }) };
}

function isConnect(frame: unknown): frame is { readonly auth?: unknown; readonly session?: unknown } {
  return typeof frame === 'object' && frame !== null && 'op' in frame && frame.op === 'connect';
}

/** Nothing but the names in it. */
function masked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return MASK;
  return Object.fromEntries(Object.keys(value).map((name) => [name, MASK]));
}
