import type { ComponentChildren } from 'preact';

/** Little drawings that stand for `:name:` in a message. */
export const EMOTES = [
  'smile',
  'laugh',
  'wink',
  'wow',
  'sad',
  'grr',
  'sleepy',
  'party',
  'love',
  'yes',
  'no',
  'hoot',
  'egg',
  'nest',
  'worm',
  'feather',
  'sun',
  'rain',
] as const;

export type EmoteName = (typeof EMOTES)[number];

export function isEmote(name: string): name is EmoteName {
  return (EMOTES as readonly string[]).includes(name);
}

/** One emote. Where its name stands beside it, nobody needs to hear it twice. */
export function Emote({ name, silent = false }: { name: EmoteName; silent?: boolean }) {
  const what = silent ? ({ 'aria-hidden': 'true' } as const) : { role: 'img' as const, 'aria-label': `:${name}:` };
  return (
    <svg class="emote" {...what}>
      <use href={`#emote-${name}`} />
    </svg>
  );
}

/** The drawings of the emotes, once in a page. */
export function Emotes() {
  return (
    <svg class="sprite" aria-hidden="true">
      <Drawing name="smile">
        <Chick />
        <Eyes />
        <path class="e-ink-line" d="M11 21.500q5 4.500 10 0" />
      </Drawing>
      <Drawing name="laugh">
        <Chick />
        <path class="e-ink-line" d="M8.500 14.500l3.500-2 3.500 2M17 14.500l3.500-2 3.500 2" />
        <path fill="#7a2e12" d="M9.500 18h13c0 5-2.800 8-6.500 8s-6.500-3-6.500-8z" />
        <path fill="#f07a2b" d="M12 24q4-3 8 0-1.600 2-4 2t-4-2z" />
      </Drawing>
      <Drawing name="wink">
        <Chick />
        <circle class="e-ink" cx="11.500" cy="14" r="2" />
        <path class="e-ink-line" d="M18 14.500q2.500-2.500 5 0M11 21.500q5 4.500 10 0" />
      </Drawing>
      <Drawing name="wow">
        <Chick />
        <circle fill="#fff" cx="11" cy="13.500" r="3.600" />
        <circle fill="#fff" cx="21" cy="13.500" r="3.600" />
        <circle class="e-ink" cx="11" cy="13.500" r="1.700" />
        <circle class="e-ink" cx="21" cy="13.500" r="1.700" />
        <ellipse fill="#7a2e12" cx="16" cy="23" rx="3" ry="3.800" />
      </Drawing>
      <Drawing name="sad">
        <Chick />
        <Eyes />
        <path class="e-ink-line" d="M11.500 24.500q4.500-4 9 0" />
        <path
          fill="#4aa3d8"
          d="M23 17c2 3 2.600 4 2.600 5.200a2.600 2.600 0 0 1-5.200 0c0-1.200.600-2.200 2.600-5.200z"
        />
      </Drawing>
      <Drawing name="grr">
        <Chick coat="#e8673f" />
        <path class="e-ink-line" d="M8 11l6 3M24 11l-6 3M11 24q5-3.500 10 0" />
        <circle class="e-ink" cx="12" cy="16" r="1.800" />
        <circle class="e-ink" cx="20" cy="16" r="1.800" />
      </Drawing>
      <Drawing name="sleepy">
        <Chick />
        <path class="e-ink-line" d="M8.500 15q2.500 2.500 5 0M18 15q2.500 2.500 5 0" />
        <ellipse fill="#7a2e12" cx="16" cy="22.500" rx="2" ry="1.600" />
        <path fill="none" stroke="#2f7fb5" stroke-width="2" stroke-linejoin="round" d="M23 3h5l-5 5h5" />
      </Drawing>
      <Drawing name="party">
        <Chick />
        <path fill="#8d5bd1" d="M10 9L19-.500 22 10q-6 2-12-1z" />
        <circle fill="#f07a2b" cx="19" cy="1.500" r="2" />
        <Eyes />
        <path class="e-ink-line" d="M11 21q5 5 10 0" />
        <path fill="none" stroke="#d94f7e" stroke-width="2" stroke-linecap="round" d="M3 8l2 2M29 13l-2 1M27 4l-1 3" />
      </Drawing>
      <Drawing name="love">
        <path
          fill="#e0426b"
          d="M16 28.500C6 21 2.500 16 2.500 10.800A7 7 0 0 1 16 7.600a7 7 0 0 1 13.500 3.200c0 5.200-3.500 10.200-13.500 17.700z"
        />
        <path
          fill="none"
          stroke="#fff"
          stroke-width="2"
          stroke-linecap="round"
          opacity=".7"
          d="M7 11.500q0-4 3.500-5"
        />
      </Drawing>
      <Drawing name="yes">
        <circle fill="#2f9e68" cx="16" cy="16" r="13" />
        <path class="e-mark" d="M9.500 16.500l4.500 4.500 9-9.500" />
      </Drawing>
      <Drawing name="no">
        <circle fill="#d2481b" cx="16" cy="16" r="13" />
        <path class="e-mark" d="M11 11l10 10M21 11L11 21" />
      </Drawing>
      <Drawing name="hoot">
        <path fill="#8a6a4f" d="M4 3l6 4q6-2 12 0l6-4q2 9 0 16-3 10-12 10T4 19Q2 12 4 3z" />
        <circle fill="#fdf3dc" cx="10.500" cy="14.500" r="6" />
        <circle fill="#fdf3dc" cx="21.500" cy="14.500" r="6" />
        <circle class="e-ink" cx="11.500" cy="14.500" r="2.800" />
        <circle class="e-ink" cx="20.500" cy="14.500" r="2.800" />
        <path fill="#f07a2b" d="M13.500 18h5L16 23z" />
      </Drawing>
      <Drawing name="egg">
        <path fill="#f8c445" d="M7 17a9 9 0 0 1 18 0v3H7z" />
        <circle class="e-ink" cx="12.500" cy="13.500" r="1.600" />
        <circle class="e-ink" cx="19.500" cy="13.500" r="1.600" />
        <path fill="#f07a2b" d="M14 15.500h4l-2 3z" />
        <path
          fill="#e9f1f4"
          stroke="#b7cad2"
          d="M5 17.500l4 3.500 3.500-3.500L16 21l3.500-3.500L23 21l4-3.500q.500 12.500-11 12.500T5 17.500z"
        />
      </Drawing>
      <Drawing name="nest">
        <ellipse fill="#9fd3e0" cx="11" cy="14" rx="4.500" ry="6" />
        <ellipse fill="#f3e3c3" cx="21" cy="14" rx="4.500" ry="6" />
        <ellipse fill="#bfe0c5" cx="16" cy="13" rx="4.500" ry="6.500" />
        <path fill="#8a5a34" d="M2 16q14 5 28 0-1 12-14 12T2 16z" />
        <path
          fill="none"
          stroke="#c79a6c"
          stroke-width="1.600"
          stroke-linecap="round"
          d="M5 20q11 4 22-1M8 24q8 3 16-1"
        />
      </Drawing>
      <Drawing name="worm">
        <path fill="none" stroke="#d9748f" stroke-width="6" stroke-linecap="round" d="M4 25q4-9 8-3t8-1q3-6-1-11" />
        <circle class="e-ink" cx="17.500" cy="9" r="1.200" />
        <circle class="e-ink" cx="20.800" cy="8.600" r="1.200" />
        <path fill="none" stroke="#b9536e" stroke-width="1.500" d="M7 20l3 3M14 21l2-4M19 15l5 1" />
      </Drawing>
      <Drawing name="feather">
        <path fill="#3f86b8" d="M27 3Q12 4 8 15q-2 6 0 9 8 0 12-5Q27 12 27 3z" />
        <path
          fill="none"
          stroke="#1e4a68"
          stroke-width="1.800"
          stroke-linecap="round"
          d="M4 29Q10 18 22 8M12 18l7-1M15 14l6-1"
        />
      </Drawing>
      <Drawing name="sun">
        <path
          fill="none"
          stroke="#f0a52b"
          stroke-width="2.600"
          stroke-linecap="round"
          d="M16 2v3M16 27v3M2 16h3M27 16h3M6 6l2.200 2.200M23.800 23.800L26 26M26 6l-2.200 2.200M8.200 23.800L6 26"
        />
        <circle fill="#ffc94d" cx="16" cy="16" r="8" />
      </Drawing>
      <Drawing name="rain">
        <path fill="#8fa9b8" d="M8 20a6 6 0 0 1 0-12 8 8 0 0 1 15 1 5.600 5.600 0 0 1 1 11z" />
        <path
          fill="none"
          stroke="#3f8fd0"
          stroke-width="2.400"
          stroke-linecap="round"
          d="M9 24l-1.500 4M16 24l-1.500 4M23 24l-1.500 4"
        />
      </Drawing>
    </svg>
  );
}

function Drawing({ name, children }: { name: EmoteName; children: ComponentChildren }) {
  return (
    <symbol id={`emote-${name}`} viewBox="0 0 32 32">
      {children}
    </symbol>
  );
}

function Chick({ coat = '#f8c445' }: { coat?: string }) {
  return (
    <>
      <path fill={coat} d="M13 5q0-4 3-4 0 2 1 3 2-2 4-1-1 3-3 4z" />
      <circle fill={coat} cx="16" cy="17.500" r="12.500" />
      <path fill="#f07a2b" d="M13.500 16.500h5L16 20z" />
    </>
  );
}

function Eyes() {
  return (
    <>
      <circle class="e-ink" cx="11" cy="14" r="2" />
      <circle class="e-ink" cx="21" cy="14" r="2" />
    </>
  );
}
