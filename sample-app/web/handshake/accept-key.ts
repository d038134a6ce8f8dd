/** What every WebSocket server appends to the key (RFC 6455, section 1.3). */
export const PROTOCOL_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What a server has to answer to a key, to show that it has understood what is asked of it. */
export async function acceptKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(key + PROTOCOL_GUID));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
