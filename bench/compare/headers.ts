/** What Chromium sends with each request beside the address, without cookies: a page's bytes are measured, not Node's. */
const ALL = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Accept-Language': 'en-US,en;q=0.9',
};

const HTTP = {
  ...ALL,
  'sec-ch-ua-platform': '"Linux"',
  'sec-ch-ua': '"Not:A-Brand";v="8", "Chromium";v="156"',
  'sec-ch-ua-mobile': '?0',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Dest': 'empty',
};

const UNCACHED = { Pragma: 'no-cache', 'Cache-Control': 'no-cache' };

/** Headers of a page's requests, for each kind of them. */
export function headersOf(origin: string) {
  const http = { ...HTTP, Referer: `${origin}/compare` };
  return {
    fetch: { ...http, Accept: '*/*' },
    events: { ...http, ...UNCACHED, Accept: 'text/event-stream' },
    post: { ...http, Accept: '*/*', Origin: origin, 'content-type': 'application/json' },
    websocket: { ...ALL, ...UNCACHED, Origin: origin },
  };
}
