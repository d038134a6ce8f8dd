import { once } from 'node:events';
import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http';

/** A connection that is kept alive, for one request at a time, as a browser has it. */
export class Line {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly origin: string) {}

  /** @throws where there is no answer, or one that is no success */
  async ask(path: string, options: RequestOptions, body?: string): Promise<IncomingMessage> {
    const asking = request(`${this.origin}${path}`, { ...options, agent: this.#agent });
    asking.end(body);
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    const { statusCode = 0 } = response;
    if (statusCode >= 400) throw new Error(`${path} is answered ${statusCode}: ${await textOf(response)}`);
    return response;
  }

  /** Breaks what is under way. */
  end(): void {
    this.#agent.destroy();
  }
}

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += String(chunk);
  return text;
}
