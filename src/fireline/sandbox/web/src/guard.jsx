import { Component } from "react";

/** Draws its children; when they break, `draw(message)` instead of an empty page. */
export class Guard extends Component {
  state = { error: null };
  static getDerivedStateFromError(error) {
    return { error };
  }
  render() {
    return this.state.error ? this.props.draw(String(this.state.error.message)) : this.props.children;
  }
}
