import { useState } from 'react';
import { overviewOf } from '../shared/overview.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { announcementOf } from './announcement.ts';

/** The last thing worth saying aloud since the popover was opened. */
export function useAnnouncement(snapshot: Snapshot): string {
  const [seen, setSeen] = useState(snapshot);
  const [text, setText] = useState('');
  // Checking passes in a moment: what comes of it is announced, and compared with what was there before.
  if (seen !== snapshot && overviewOf(snapshot).tone !== 'checking') {
    setSeen(snapshot);
    const news = announcementOf(seen, snapshot);
    if (news !== null) setText(news);
  }
  return text;
}
