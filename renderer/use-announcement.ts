import { useState } from 'react';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { overallTone } from '../shared/service-tone.ts';
import { announcementOf } from './state-words.ts';

/** The last thing worth saying aloud since the popover was opened. */
export function useAnnouncement(services: readonly ServiceSnapshot[]): string {
  const [seen, setSeen] = useState(services);
  const [text, setText] = useState('');
  // Checking passes in a moment: what comes of it is announced, and compared with what was there before.
  if (seen !== services && overallTone(services) !== 'checking') {
    setSeen(services);
    const news = announcementOf(seen, services);
    if (news !== null) setText(news);
  }
  return text;
}
