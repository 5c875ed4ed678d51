import { Suspense, useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { toast } from '../components/toasts.tsx';
import { useProfile } from '../lib/profile.tsx';
import { Attention } from './attention.tsx';
import { EnvironmentBand } from './environment-band.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Header } from './header.tsx';
import { preloadPages, Routes } from './routes.tsx';
import css from './shell.module.css';
import { Sidebar } from './sidebar.tsx';
import { PageArrival, useShortcuts } from './navigation.tsx';

/** The frame around every screen of one profile. */
export function Shell(): ReactNode {
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const arrivedAt = useRef(location);
  const profile = useProfile();
  useShortcuts();
  useEffect(preloadPages, []);
  useEffect(() => () => toast.leave(), [location]);
  return (
    <div className={css['shell']} data-environment={profile.environment}>
      <a
        className={css['skip']}
        href="#main"
        onClick={(event) => {
          // The hash is the route, so the browser must not follow this link.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <EnvironmentBand profile={profile} />
      <Header />
      <Sidebar />
      <div className={css['content']}>
        <Attention />
        <main ref={main} id="main" className={css['main']} tabIndex={-1}>
          <ErrorBoundary key={location}>
            <Suspense>
              <Routes />
              <PageArrival main={main} location={location} arrivedAt={arrivedAt} />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
    </div>
  );
}
