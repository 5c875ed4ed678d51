import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import css from './dialog.module.css';
import { IconButton } from './icon-button.tsx';

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  /** In px; 440 unless told. */
  width?: number;
};

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  width = 440,
}: DialogProps): ReactNode {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={css['backdrop']} />
        <Base.Popup className={css['dialog']} style={{ width }}>
          <Base.Title className={css['title']}>{title}</Base.Title>
          {description !== undefined && (
            <Base.Description className={css['description']} render={<div />}>
              {description}
            </Base.Description>
          )}
          {children !== undefined && <div className={css['body']}>{children}</div>}
          {footer !== undefined && <div className={css['footer']}>{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type DrawerProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
  footer?: ReactNode;
};

/** Details beside the list they belong to. The list stays usable. */
export function Drawer({ open, onOpenChange, title, children, footer }: DrawerProps): ReactNode {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => onOpenChange(next)}
      modal={false}
      disablePointerDismissal
    >
      <Base.Portal>
        {/* On the close button its tooltip would open, and take the first Escape. */}
        <Base.Popup ref={popup} className={css['drawer']} initialFocus={popup}>
          <div className={css['drawerHead']}>
            <Base.Title className={css['title']}>{title}</Base.Title>
            <IconButton label="Close" icon={X} onClick={() => onOpenChange(false)} />
          </div>
          <div className={css['drawerBody']}>{children}</div>
          {footer !== undefined && <div className={css['drawerFooter']}>{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
