import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface Props {
  readonly id: string;
  readonly label: string;
  readonly children: ComponentChildren;
}

/**
 * What opens beside a button that names it as its `popovertarget`. The browser closes it by the Escape key and by a click
 * elsewhere, and gives the focus back.
 */
export function Popup({ id, label, children }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <div
      class="popup"
      id={id}
      popover="auto"
      role="dialog"
      aria-label={label}
      tabIndex={-1}
      autofocus
      onBeforeToggle={({ newState }) => newState === 'open' && setOpen(true)}
      onToggle={({ newState }) => setOpen(newState === 'open')}
    >
      {open && children}
    </div>
  );
}

/** Closes a popup. */
export function closePopup(id: string): void {
  document.getElementById(id)?.hidePopover();
}
