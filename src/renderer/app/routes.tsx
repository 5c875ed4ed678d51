import { Compass } from 'lucide-react';
import { lazy, type ComponentType, type LazyExoticComponent, type ReactNode } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { ButtonLink } from '../components/button.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { EmptyState } from '../components/states.tsx';
import { OverviewPage } from '../features/overview/overview-page.tsx';

/** The first screen is asked for, answered and drawn in less, also with thousands of clients. */
const FIRST_SCREEN_MS = 2000;

const likelyNext: (() => Promise<unknown>)[] = [];

/** Loads the likely next pages ahead once the first screen stands, so that they are not waited for. */
export function preloadPages(): () => void {
  const load = (): void => {
    // One that fails is asked for again when its page is visited.
    void Promise.allSettled(likelyNext.map((each) => each()));
  };
  const timer = setTimeout(() => requestIdleCallback(load), FIRST_SCREEN_MS);
  return () => clearTimeout(timer);
}

/** A page in a chunk of its own, so that the first screen does not wait for it. */
function page<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): LazyExoticComponent<ComponentType> {
  return lazy(async () => ({ default: (await load())[name] }));
}

const ahead: typeof page = (load, name) => {
  likelyNext.push(load);
  return page(load, name);
};

const ClientsPage = ahead(() => import('../features/clients/clients-page.tsx'), 'ClientsPage');
const ClientPage = ahead(() => import('../features/clients/client-page.tsx'), 'ClientPage');
const BuyPage = ahead(() => import('../features/buy/buy-page.tsx'), 'BuyPage');
const WithdrawPage = ahead(() => import('../features/withdraw/withdraw-page.tsx'), 'WithdrawPage');
const IntentsPage = ahead(() => import('../features/intents/intents-page.tsx'), 'IntentsPage');
const IntentPage = ahead(() => import('../features/intents/intent-page.tsx'), 'IntentPage');
const HistoryPage = ahead(() => import('../features/history/history-page.tsx'), 'HistoryPage');
const RatesPage = page(() => import('../features/rates/rates-page.tsx'), 'RatesPage');
const ReportsPage = page(() => import('../features/reports/reports-page.tsx'), 'ReportsPage');
const GuardsScreen = page(() => import('./guards-screen.tsx'), 'GuardsScreen');
const SettingsScreen = page(() => import('./settings-screen.tsx'), 'SettingsScreen');
const AddressBookPage = page(
  () => import('../features/guards/address-book-page.tsx'),
  'AddressBookPage',
);
const ConnectPage = page(() => import('../features/profiles/connect-page.tsx'), 'ConnectPage');
const ProfilePage = page(() => import('../features/profiles/profile-page.tsx'), 'ProfilePage');

export function Routes(): ReactNode {
  return (
    <Switch>
      <Route path="/" component={OverviewPage} />
      <Route path="/clients" component={ClientsPage} />
      <Route path="/clients/:uid" component={ClientPage} />
      <Route path="/clients/:uid/buy" component={BuyPage} />
      <Route path="/clients/:uid/withdraw" component={WithdrawPage} />
      <Route path="/intents" component={IntentsPage} />
      <Route path="/intents/:id" component={IntentPage} />
      <Route path="/history" component={HistoryPage} />
      <Route path="/rates" component={RatesPage} />
      <Route path="/reports" component={ReportsPage} />
      <Route path="/guards" component={GuardsScreen} />
      <Route path="/settings" component={SettingsScreen} />
      <Route path="/settings/address-book" component={AddressBookPage} />
      <Route path="/settings/profiles/new" component={ConnectPage} />
      <Route path="/settings/profiles/:id" component={ProfilePage} />
      <Route path="/settings/profiles">
        <Redirect to="/settings" />
      </Route>
      <Route>
        <PageHeader title="Page not found" />
        <EmptyState
          icon={Compass}
          title="There is no such screen"
          text="The link may come from an older version."
          actions={<ButtonLink href="/">Go to the overview</ButtonLink>}
        />
      </Route>
    </Switch>
  );
}
