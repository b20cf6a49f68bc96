// Block Kit. Display-only blocks go to slack-blocks-to-jsx; text objects and everything the user
// can operate are drawn here.
import { memo, useState } from "react";
import { Message as LibraryBlocks } from "slack-blocks-to-jsx";
import { Element } from "./elements.jsx";
import { emojiChar } from "./emojify.js";
import { useEnv } from "./env.js";
import { Guard } from "./guard.jsx";
import { Plain, TextObject } from "./mrkdwn.jsx";
import { slackDate } from "./time.js";

const LIBRARY = new Set(
  "alert card carousel container data_visualization markdown plan rich_text table task_card video".split(" "),
);
const FOLD_AT = 1400;

const lost = (error) => <div className="bk-unknown">This block could not be drawn: {error}</div>;

const LibraryBlock = memo(function LibraryBlock({ block, env }) {
  const hooks = {
    user: ({ id, name }) => <span className={id === env.me ? "mention mention-self" : "mention"}>@{(env.userOf(id) || { label: name || id }).label}</span>,
    channel: ({ id, name }) => <a className="mention" href={`#/${id}`}>#{(env.channelOf(id) || { name: name || id }).name}</a>,
    emoji: ({ name }, fallback) => <span className="emoji">{emojiChar(name) || fallback({ name })}</span>,
    date: ({ timestamp, format }) => <time>{slackDate(Number(timestamp), format, env.zone, env.now)}</time>,
  };
  return (
    <div className={`bk-library bk-library-${block.type}`}>
      <LibraryBlocks blocks={[block]} withoutWrapper logo="" name="" data={env.data} hooks={hooks} theme={env.theme} />
    </div>
  );
});

/** The address of a picture: a web address, or a file of this workspace. */
function pictureUrl(image, env) {
  if (image.image_url) return image.image_url;
  const file = image.slack_file || {};
  const id = file.id || (/F[A-Z0-9]{6,}/.exec(file.url || "") || [])[0];
  return id ? `/_page/file/${id}?user=${encodeURIComponent(env.me)}` : file.url;
}

export function Picture({ src, alt, title, className = "bk-image" }) {
  const env = useEnv();
  const [failed, setFailed] = useState(false);
  if (failed) return <span className="bk-image-lost" role="img" aria-label={alt}>Picture not available: {alt}</span>;
  return (
    <button type="button" className={`${className}-button`} aria-label={`Enlarge picture: ${alt || title || "picture"}`} onClick={() => env.enlarge({ src, alt: alt || title || "" })}>
      <img className={className} src={src} alt={alt || ""} onError={() => setFailed(true)} />
    </button>
  );
}

function Folded({ length, expand, children }) {
  const [open, setOpen] = useState(false);
  if (expand || length < FOLD_AT) return children;
  return (
    <div>
      <div className={open ? undefined : "bk-folded"}>{children}</div>
      <button type="button" className="link-button" onClick={() => setOpen(!open)}>{open ? "See less" : "See more"}</button>
    </div>
  );
}

function Section({ block, io, env }) {
  const accessory = block.accessory;
  const fields = block.fields || [];
  return (
    <div className={accessory ? "bk-section with-accessory" : "bk-section"}>
      <div className="bk-section-body">
        {block.text && (
          <Folded length={block.text.text.length} expand={block.expand}>
            <div className="bk-text"><TextObject text={block.text} env={env} /></div>
          </Folded>
        )}
        {fields.length > 0 && (
          <div className="bk-fields">{fields.map((field, i) => <div key={i} className="bk-text"><TextObject text={field} env={env} /></div>)}</div>
        )}
      </div>
      {accessory && (
        <div className="bk-accessory">
          {accessory.type === "image" ? <img className="bk-thumb" src={pictureUrl(accessory, env)} alt={accessory.alt_text} /> : <Element element={accessory} blockId={block.block_id} io={io} label={block.text && block.text.text.length < 80 ? block.text.text.replace(/[*_~`]/g, "") : undefined} />}
        </div>
      )}
    </div>
  );
}

function Context({ block, env }) {
  return (
    <div className="bk-context">
      {(block.elements || []).map((element, i) =>
        element.type === "image" ? <img key={i} className="bk-context-image" src={pictureUrl(element, env)} alt={element.alt_text} /> : <span key={i} className="bk-text"><TextObject text={element} env={env} /></span>,
      )}
    </div>
  );
}

function Image({ block, env }) {
  return (
    <figure className="bk-figure">
      {block.title && <figcaption><Plain text={block.title.text} /></figcaption>}
      <Picture src={pictureUrl(block, env)} alt={block.alt_text} />
    </figure>
  );
}

function Input({ block, io, env, error }) {
  const label = block.label ? block.label.text : "";
  const hintId = `hint-${io.scope}-${block.block_id}`;
  return (
    <div className={error ? "bk-input has-error" : "bk-input"}>
      <div className="bk-label">
        <Plain text={label} /> {block.optional && <span className="bk-optional">(optional)</span>}
      </div>
      <Element element={block.element} blockId={block.block_id} io={io} label={label} describedBy={hintId} invalid={Boolean(error)} />
      <div id={hintId}>
        {error && <div className="bk-error" role="alert">{error}</div>}
        {block.hint && <div className="bk-hint"><TextObject text={block.hint} env={env} /></div>}
      </div>
    </div>
  );
}

function Header({ block }) {
  return <h3 className="bk-header"><Plain text={block.text && block.text.text} /></h3>;
}

function Actions({ block, io }) {
  return (
    <div className="bk-actions">
      {(block.elements || []).map((element, i) => <Element key={element.action_id || i} element={element} blockId={block.block_id} io={io} />)}
    </div>
  );
}

const OWN = {
  section: Section,
  header: Header,
  context: Context,
  divider: () => <hr className="bk-divider" />,
  image: Image,
  actions: Actions,
  context_actions: Actions,
  input: Input,
};

/** Draws a list of blocks; `errors` maps block_id to what the app says is wrong. */
export function Blocks({ blocks, io, errors = {} }) {
  const env = useEnv();
  return (
    <div className="blocks">
      {(blocks || []).map((block, i) => {
        const Own = OWN[block.type];
        const key = block.block_id || i;
        let drawn;
        if (Own) drawn = <Own block={block} io={io} env={env} error={errors[block.block_id]} />;
        else if (LIBRARY.has(block.type)) drawn = <LibraryBlock block={block} env={env} />;
        else drawn = <div className="bk-unknown">Not drawn: block type “{block.type}”</div>;
        return <Guard key={key} draw={lost}>{drawn}</Guard>;
      })}
    </div>
  );
}
