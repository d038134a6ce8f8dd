import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Call } from './call.js';

/** Joining, or what can be done in a call. The focus stays with whoever used a button that is no more. */
export function Controls({ call }: { call: Call }) {
  const media = call.media.value;
  const group = useRef<HTMLDivElement>(null);
  const inCall = media !== undefined;
  const wasInCall = useRef(inCall);
  useLayoutEffect(() => {
    if (wasInCall.current === inCall) return;
    wasInCall.current = inCall;
    const { activeElement } = document;
    if (activeElement === document.body || activeElement === null) {
      group.current?.querySelector<HTMLElement>('button')?.focus();
    }
  }, [inCall]);

  if (media === undefined) {
    return (
      <div class="controls" id="controls" ref={group} tabIndex={-1} role="group" aria-label="Call">
        <button type="submit" disabled={call.visitor.name.value === ''} onClick={() => void call.join()}>
          Join the call
        </button>
      </div>
    );
  }
  const { sound, camera } = media.shows.value;
  const asking = media.asking.value;
  return (
    <div class="controls" id="controls" ref={group} tabIndex={-1} role="group" aria-label="Call">
      <Toggle on={sound} disabled={asking} onClick={() => void media.toggleSound()} icon={<Microphone />}>
        {sound ? 'Mute' : 'Unmute'}
      </Toggle>
      <Toggle on={camera} disabled={asking} onClick={() => void media.toggleCamera()} icon={<Camera />}>
        {camera ? 'Camera off' : 'Camera on'}
      </Toggle>
      <button type="button" class="hang-up" onClick={() => call.hangUp()}>
        <Receiver />
        Hang up
      </button>
    </div>
  );
}

interface ToggleProps {
  readonly on: boolean;
  readonly disabled: boolean;
  readonly icon: ComponentChildren;
  readonly children: ComponentChildren;
  onClick(): void;
}

function Toggle({ on, disabled, icon, children, onClick }: ToggleProps) {
  return (
    // Not `disabled`: the focus would be lost while the browser asks.
    <button
      type="button"
      class={on ? 'toggle' : 'toggle off'}
      aria-disabled={disabled}
      onClick={() => disabled || onClick()}
    >
      {icon}
      {children}
    </button>
  );
}

function Microphone() {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <rect class="full" x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3" />
    </svg>
  );
}

function Camera() {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <rect class="full" x="3" y="6.500" width="12" height="11" rx="2.500" />
      <path class="full" d="M17 11l4.500-3v8L17 13z" />
    </svg>
  );
}

function Receiver() {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path
        class="full"
        d="M3 14.500c0-3 4-5.500 9-5.500s9 2.500 9 5.500c0 1.500-.6 2.300-1.800 2.100l-2.700-.5c-.9-.2-1.300-.7-1.300-1.600v-1.300c-2-.6-4.400-.6-6.400 0v1.300c0 .9-.4 1.400-1.300 1.600l-2.700.5C3.600 16.800 3 16 3 14.500z"
      />
    </svg>
  );
}
