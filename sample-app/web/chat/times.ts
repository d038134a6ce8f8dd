/** The browser tells times in its own time zone; the server cannot know it. */
export type TimeZone = 'local' | 'UTC';

const DAYS = formats({ weekday: 'long', day: 'numeric', month: 'long' });
const TIMES = formats({ hour: '2-digit', minute: '2-digit' });

export function dayOf(ts: number, zone: TimeZone): string {
  return DAYS[zone].format(ts);
}

export function timeOf(ts: number, zone: TimeZone): string {
  return TIMES[zone].format(ts);
}

function formats(options: Intl.DateTimeFormatOptions): Readonly<Record<TimeZone, Intl.DateTimeFormat>> {
  return {
    local: new Intl.DateTimeFormat('en-GB', options),
    UTC: new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }),
  };
}
