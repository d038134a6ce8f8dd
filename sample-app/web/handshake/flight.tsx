import { useEffect, useRef } from 'preact/hooks';
import { fields, type RecordedFrame, type Recorder } from '../inspector/recorder.js';
import { Bird } from '../site/bird.js';

/** Frames on the wire at a time; more are not drawn. */
const MOST = 40;

interface Props {
  readonly recorder: Recorder;
  /** Who sits at the near end. */
  readonly name: string;
}

/** The frames as they fly: to the server below the wire, from it above. */
export function Flight({ recorder, name }: Props) {
  const sky = useRef<HTMLDivElement>(null);
  useEffect(() => recorder.onFrame((frame) => frame && sky.current && fly(frame, sky.current)), [recorder]);
  return (
    <div class="wire" aria-hidden="true">
      <div class="ends">
        <span class="end">
          <span id="near">{name !== '' && <Bird name={name} />}</span>
          <span>You</span>
        </span>
        <span class="end">
          <svg class="house" viewBox="0 0 48 48">
            <path class="walls" d="M11 21 24 9l13 12v27H11z" />
            <path class="roof" d="M6 24 24 7l18 17" />
            <circle class="door" cx="24" cy="28" r="6" />
            <rect class="perch" x="22" y="37" width="4" height="5" rx="2" />
          </svg>
          <span>Server</span>
        </span>
      </div>
      <div class="line-left" />
      <div class="line-right" />
      <div class="flight" ref={sky} />
    </div>
  );
}

function fly({ direction, opcode, content }: RecordedFrame, sky: HTMLElement): void {
  if (opcode === 'upgrade' || sky.childElementCount >= MOST || document.hidden) return;
  const { op } = fields(content);
  const small = op === 'ping' || op === 'pong' || opcode !== 'text';
  const dot = document.createElement('i');
  dot.className = small ? `${direction} small` : direction;
  for (const end of ['animationend', 'animationcancel']) dot.addEventListener(end, () => dot.remove(), { once: true });
  sky.append(dot);
}
