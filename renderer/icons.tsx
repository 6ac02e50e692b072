/** Line icons of the footer and the field, drawn for 16 px; they take the colour of the text beside them. */
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

export const ReloadIcon = (): ReactElement => (
  <Icon>
    <path d="M13 8a5 5 0 1 1-1.6-3.67" />
    <path d="M13 2.2v2.6h-2.6" />
  </Icon>
);

export const ConfigIcon = (): ReactElement => (
  <Icon>
    <path d="M4.2 2.3h5l2.6 2.6v7.6a1.2 1.2 0 0 1-1.2 1.2H4.2A1.2 1.2 0 0 1 3 12.5V3.5a1.2 1.2 0 0 1 1.2-1.2z" />
    <path d="M5.4 8h4M5.4 10.6h4" />
  </Icon>
);

export const SettingsIcon = (): ReactElement => (
  <Icon>
    <path d="M2.5 5h6M12 5h1.5M2.5 11h1.5M7.5 11h6" />
    <circle cx="10.25" cy="5" r="1.75" />
    <circle cx="5.75" cy="11" r="1.75" />
  </Icon>
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
