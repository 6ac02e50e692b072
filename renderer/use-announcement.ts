import { useState } from 'react';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { announcementOf } from './state-words.ts';

/** The last thing worth saying aloud since the popover was opened. */
export function useAnnouncement(services: readonly ServiceSnapshot[]): string {
  const [seen, setSeen] = useState(services);
  const [text, setText] = useState('');
  if (seen !== services) {
    setSeen(services);
    const news = announcementOf(seen, services);
    if (news !== null) setText(news);
  }
  return text;
}
