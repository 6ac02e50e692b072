import type { ReactElement, ReactNode, Ref } from 'react';

interface IconButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly onClick: () => void;
  readonly tabIndex?: 0 | -1;
  /** Set if the button opens a menu: whether the menu is open. */
  readonly menuIsOpen?: boolean;
  readonly className?: string;
  /** On the list: the focus returns to it from the page that it opens. */
  readonly id?: string;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button with only an icon. */
export function IconButton(props: IconButtonProps): ReactElement {
  const { label, icon, onClick, tabIndex = 0, menuIsOpen, className = '', id, ref } = props;
  return (
    <button
      type="button"
      ref={ref}
      id={id}
      className={`icon-button ${className}`}
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      aria-haspopup={menuIsOpen === undefined ? undefined : 'menu'}
      aria-expanded={menuIsOpen}
      onClick={onClick}
    >
      {icon}
    </button>
  );
}
