import { render } from 'preact';
import type { RoostClient } from 'nestjs-roost/client';
import { byId } from '../dom.js';
import { Visitor } from '../site/visitor.js';
import { Experiment } from './experiment.js';
import { Run, type Settings } from './run.js';

/** Milliseconds between two drawings. */
const FRAME = 100;

const visitor = new Visitor();
const root = byId('experiment');
let client: RoostClient | undefined;
let settings: Settings = { rate: 'chat', every: 2_000 };
let run: Run | undefined;
let running = false;
/** When it was stopped: what is shown then stands still. */
let stopped = Date.now();
let drawn = 0;

visitor.enter((entered) => {
  client = entered;
  begin(true);
});

requestAnimationFrame(function frame(time) {
  if (running && time - drawn >= FRAME) {
    drawn = time;
    draw();
  }
  requestAnimationFrame(frame);
});

// The connections of a page that is left end with it.
addEventListener('pagehide', () => begin(false));
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

function begin(is: boolean): void {
  run?.stop();
  running = is;
  stopped = Date.now();
  if (is && client !== undefined) {
    run = new Run(client, settings, {
      started: ({ you }) => visitor.is(you),
      // The status line is about the connection that is compared: cutting it is a part of the experiment.
      websocket: (client, room) => {
        visitor.statusLine.follow(client);
        room.onRecovery((recovery) => visitor.statusLine.recovered(recovery));
      },
    });
  } else if (client !== undefined) {
    visitor.statusLine.follow(client);
  }
  draw();
}

function draw(): void {
  render(
    <Experiment
      settings={settings}
      run={run}
      running={running}
      now={running ? Date.now() : stopped}
      onChange={(changed) => {
        settings = changed;
        if (running) begin(true);
        else draw();
      }}
      onRun={begin}
    />,
    root,
  );
}
