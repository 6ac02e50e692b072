/** Line icons, drawn for 16 px, in the color of the surrounding text. */
import type { ReactElement, ReactNode } from 'react';

function Icon({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const AddIcon = (): ReactElement => (
  <Icon>
    <path d="M8 3.2v9.6M3.2 8h9.6" />
  </Icon>
);

export const SettingsIcon = (): ReactElement => (
  <Icon>
    <circle cx="8" cy="8" r="2.1" />
    <path d="M8 1.9v2M8 12.1v2M1.9 8h2M12.1 8h2M3.7 3.7l1.4 1.4M10.9 10.9l1.4 1.4M12.3 3.7l-1.4 1.4M5.1 10.9l-1.4 1.4" />
    <circle cx="8" cy="8" r="4.3" />
  </Icon>
);

export const MoreIcon = (): ReactElement => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" fill="currentColor">
    <circle cx="3.5" cy="8" r="1.25" />
    <circle cx="8" cy="8" r="1.25" />
    <circle cx="12.5" cy="8" r="1.25" />
  </svg>
);

export const SearchIcon = (): ReactElement => (
  <Icon>
    <circle cx="7" cy="7" r="4" />
    <path d="m10 10 3.2 3.2" />
  </Icon>
);

export const BackIcon = (): ReactElement => (
  <Icon>
    <path d="M9.5 3.5 5 8l4.5 4.5" />
  </Icon>
);

export const ChevronIcon = (): ReactElement => (
  <Icon>
    <path d="m6 4 4 4-4 4" />
  </Icon>
);
