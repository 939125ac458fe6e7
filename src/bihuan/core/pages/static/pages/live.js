// Live events. As a shared worker: one connection for all pages of this browser. As a plain script: one for this page.
(() => {
  "use strict";
  const KINDS = ["hello", "told", "heartbeat", "reset"];

  const connect = (ticketAddress, tell) => {
    let cursor = "";
    let pause = 1000;
    let source = null;
    const again = () => {
      source?.close();
      source = null;
      setTimeout(open, pause * (0.7 + Math.random() * 0.6));
      pause = Math.min(pause * 2, 30_000);
    };
    const open = async () => {
      let said;
      try {
        const answer = await fetch(ticketAddress, { headers: { Accept: "application/json" }, redirect: "error", cache: "no-store" });
        if (!answer.ok) return again();
        said = await answer.json();
      } catch {
        return again();
      }
      const query = new URLSearchParams({ ticket: said.ticket });
      if (cursor) query.set("after", cursor);
      source = new EventSource(`${said.url}?${query}`);
      KINDS.forEach((kind) =>
        source.addEventListener(kind, (event) => {
          if (event.lastEventId) cursor = event.lastEventId;
          pause = 1000;
          tell({ kind, data: JSON.parse(event.data) });
        }),
      );
      // Session or grants changed: the next ticket says what is left, if anything.
      source.addEventListener("revoked", again);
      source.onerror = again;
    };
    open();
  };

  if (typeof SharedWorkerGlobalScope === "undefined" || !(self instanceof SharedWorkerGlobalScope)) {
    window.bihuanLive = connect;
    return;
  }
  const ports = new Set();
  let isOpen = false;
  self.addEventListener("connect", (event) => {
    const port = event.ports[0];
    ports.add(port);
    port.addEventListener("message", (message) => {
      if (message.data.bye) ports.delete(port);
      else if (!isOpen) {
        isOpen = true;
        connect(message.data.ticket, (said) => ports.forEach((p) => p.postMessage(said)));
      }
    });
    port.start();
  });
})();
