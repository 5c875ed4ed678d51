import { Component, type ReactNode } from 'react';
import { EmptyState } from '../components/states.tsx';
import { Button } from '../components/button.tsx';
import { Bug } from 'lucide-react';

type Props = { children: ReactNode };
type State = { failed: boolean };

/** A fault in one screen must not take the frame with it. React has no hook for this. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <EmptyState
        icon={Bug}
        title="This screen stopped working"
        text="Nothing was sent and nothing recorded is lost. Show it again, or go to another screen."
        actions={<Button onClick={() => this.setState({ failed: false })}>Show it again</Button>}
      />
    );
  }
}
