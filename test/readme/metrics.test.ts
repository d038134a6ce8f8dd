import { afterEach, describe, expect, it } from '@jest/globals';
import { filesOfReadme, ReadmeApp } from './readme-app.js';

const GATEWAY = `
import { RoomGateway } from 'nestjs-roost';

@RoomGateway('room/:name')
export class Gateway {}
`;

const MODULE = `
import { Module } from '@nestjs/common';
import { RoostModule } from 'nestjs-roost';
import { Gateway } from './gateway.js';
import { MetricsController } from './metrics.controller.js';

@Module({ imports: [RoostModule.forRoot()], controllers: [MetricsController], providers: [Gateway] })
export class AppModule {}
`;

const PAGE = `
import { RoostClient } from 'nestjs-roost/client';

const client = new RoostClient('ws://localhost:3000/ws');
await client.join('room/1').joined;
console.log('joined');
`;

describe('docs/metrics.md', () => {
  let app: ReadmeApp;
  afterEach(() => app.close());

  it('feeds Prometheus as it says, word for word', async () => {
    const controller = filesOfReadme('docs/metrics.md').get('metrics.controller.ts') ?? '';
    const files = {
      'metrics.controller.ts': controller,
      'gateway.ts': GATEWAY,
      'app.module.ts': MODULE,
      'page.ts': PAGE,
    };
    app = new ReadmeApp('metrics', new Map(Object.entries(files)));
    await app.start();
    const page = app.open('page.js');
    expect((await page.next()).value).toBe('joined');
    const answer = await fetch(`${app.url}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
    const lines = text.trimEnd().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE roost_sessions gauge',
        'roost_sessions{state="connected"} 1',
        'roost_sessions{state="away"} 0',
        'roost_members 1',
        'roost_received_total 2',
        'roost_resumes_total{result="recovered"} 0',
      ]),
    );
    // Every line is a sample or a type, and a histogram's buckets rise up to its count.
    for (const line of lines)
      expect(line).toMatch(/^(# TYPE \w+ (counter|gauge|histogram)|\w+(\{\w+="[^"]+"\})? [\d.]+)$/);
    const buckets = lines.flatMap((line) => /_bucket.* (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    expect(buckets).toHaveLength(12);
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
    expect(lines).toContain(`roost_frames_per_write_count ${buckets.at(-1)}`);
  }, 60_000);
});
