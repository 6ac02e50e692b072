import { useState } from 'react';
import { overviewOf } from '../shared/overview.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { announcementOf, questionIn } from './announcement.ts';

/** The last announcement since the popover was opened. */
export function useAnnouncement(snapshot: Snapshot): string {
  const [seen, setSeen] = useState(snapshot);
  const [asked, setAsked] = useState(snapshot);
  const [text, setText] = useState('');
  // Checking is brief: only its result is announced, compared with the state before it.
  if (seen !== snapshot && overviewOf(snapshot).tone !== 'checking') {
    setSeen(snapshot);
    const news = announcementOf(seen, snapshot);
    if (news !== null) setText(news);
  }
  if (asked !== snapshot) {
    setAsked(snapshot);
    const question = questionIn(asked, snapshot);
    if (question !== null) setText(question);
  }
  return text;
}
