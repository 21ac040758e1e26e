import { useEffect, useRef, type ReactNode } from 'react';
import { hasArrived } from './arrival';
import { useSpeech } from '../language/speech';

// A page: its title in the window and at its head, which takes the focus when one arrives, so that
// a screen reader says where one is. `place` is where in the page one is, such as a folder: going
// there is an arrival too.
export function Page({
  title,
  place = '',
  lead,
  above,
  actions,
  children,
}: {
  title: string;
  place?: string;
  lead?: ReactNode;
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title}${place === '' ? '' : ` / ${place}`} · ${t('name')}`;
  }, [title, place, t]);
  useEffect(() => {
    if (hasArrived()) heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [place]);
  return (
    <div className="stack page">
      <header className="stack page-head">
        {above}
        <div className="spread">
          <h1 ref={heading} tabIndex={-1} className="wrap-anywhere">
            {title}
            {place !== '' && <span className="visually-hidden"> / {place}</span>}
          </h1>
          {actions !== undefined && <div className="row">{actions}</div>}
        </div>
        {lead !== undefined && <div className="lead">{lead}</div>}
      </header>
      {children}
    </div>
  );
}

export function Panel({
  title,
  aside,
  children,
  flush = false,
}: {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section className="panel">
      {title !== undefined && (
        <div className="spread panel-head">
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {flush ? children : <div className="panel-body">{children}</div>}
    </section>
  );
}
