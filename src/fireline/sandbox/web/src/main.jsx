import { createRoot } from "react-dom/client";
import "slack-blocks-to-jsx/dist/style.css";
import "./css/base.css";
import "./css/sidebar.css";
import "./css/composer.css";
import "./css/layout.css";
import "./css/message.css";
import "./css/fields.css";
import "./css/blocks.css";
import "./css/overlay.css";
import { App } from "./app.jsx";
import { Guard } from "./guard.jsx";

createRoot(document.getElementById("root")).render(
  <Guard draw={(error) => <p className="loading" role="alert">The page broke: {error}. Reload it to go on.</p>}>
    <App />
  </Guard>,
);
