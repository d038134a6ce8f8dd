/** The drawings that pages use, once in each: all birds face right and stand on the lower edge. */
export function Birds() {
  return (
    <svg class="sprite" aria-hidden="true">
      {/* Birds face right and stand on the lower edge. */}
      <symbol id="bird-0" viewBox="0 0 48 48">
        <path class="leg" d="M21 38v10M27 38v10" />
        <path class="body" d="M4 9l7-3 9 15c2-9 8-13 14-12 6 1 9 6 8 11-1 12-7 20-18 20-10 0-16-7-15-16z" />
        <path class="belly" d="M41 22c-1 11-7 18-17 18-4 0-7-1-10-3 13 1 21-5 23-16z" />
        <path class="wing" d="M12 22c6-3 14-1 17 5-3 6-12 8-17 2z" />
        <path class="beak" d="M41 16l6 2-6 3z" />
        <circle class="eye" cx="36" cy="16.500" r="2.100" />
      </symbol>
      <symbol id="bird-1" viewBox="0 0 48 48">
        <path class="leg" d="M20 40v8M26 40v8" />
        <path
          class="body"
          d="M2 34l14-14c1-9 6-14 12-15L24 0c6-1 11 2 13 6 3 5 3 12 1 19-3 10-9 16-17 16-5 0-8-2-10-6z"
        />
        <path class="belly" d="M39 14c1 4 0 8-1 11-3 10-9 16-17 16-2 0-4 0-6-2 12 0 20-9 21-24z" />
        <path class="wing" d="M5 33c3-8 12-13 20-11-1 9-9 15-18 13z" />
        <path class="beak" d="M38 11l9 3-8 2z" />
        <circle class="eye" cx="32.500" cy="11.500" r="2.100" />
      </symbol>
      <symbol id="bird-2" viewBox="0 0 48 48">
        <path class="leg" d="M19 42v6M29 42v6" />
        <path
          class="body"
          d="M9 4l8 4c4-2 10-2 14 0l8-4c1 5 1 9 0 12 1 5 1 10-1 16-2 8-7 12-14 12s-12-4-14-12c-2-6-2-11-1-16-1-3-1-7 0-12z"
        />
        <path class="belly" d="M24 25c6 0 10 3 10 9-1 6-5 10-10 10s-9-4-10-10c0-6 4-9 10-9z" />
        <circle class="disc" cx="17.500" cy="17" r="6.500" />
        <circle class="disc" cx="30.500" cy="17" r="6.500" />
        <circle class="eye" cx="18.500" cy="17" r="2.800" />
        <circle class="eye" cx="29.500" cy="17" r="2.800" />
        <path class="beak" d="M21.500 21h5L24 26z" />
      </symbol>
      <symbol id="bird-3" viewBox="0 0 48 48">
        <path class="leg" d="M23 38v10M29 38v10" />
        <path
          class="body"
          d="M0 46l9-18c2-12 10-18 18-20 2-5 7-7 12-5 4 1 6 5 5 9-1 3-1 6-2 9-2 11-9 18-18 18-4 0-7-1-9-3L4 47z"
        />
        <path class="belly" d="M42 21c-2 11-9 18-18 18-3 0-5-1-7-2 11-1 18-7 20-20z" />
        <path class="wing" d="M2 46l10-21c5-4 13-4 18 0-3 8-10 12-17 12z" />
        <path class="beak" d="M43 8l5 2.500-5 2z" />
        <circle class="eye" cx="38.500" cy="9" r="1.900" />
      </symbol>
      <symbol id="roost" viewBox="0 0 126 40">
        <path
          class="letters"
          d="M9 33V15m0 8c0-6 3-9 9-9M91 16c-3-2-11-2-11 3 0 6 12 3 12 9 0 6-9 6-13 3M106 6v20c0 5 3 7 8 6M100 15h13"
        />
        <circle class="letters" cx="34" cy="24" r="10" />
        <circle class="letters" cx="61" cy="24" r="10" />
        <circle class="pupil" cx="36" cy="24" r="3.600" />
        <circle class="pupil" cx="59" cy="24" r="3.600" />
        <path class="spark" d="M44.500 33h6l-3 6z" />
      </symbol>
    </svg>
  );
}
