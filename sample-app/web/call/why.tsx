/** What the two ways are good for, and how far this call reaches. */
export function Why() {
  return (
    <section class="why" aria-labelledby="why-title">
      <h2 id="why-title">Why both</h2>
      <p>
        TCP keeps order: when a packet is lost, everything behind it waits until it has been sent again (head-of-line
        blocking). UDP goes on, and what is lost stays lost. A chat wants every message; a voice wants the one that is
        spoken now.
      </p>
      <p>
        There is no STUN and no TURN server here: the two offer only their own addresses (host candidates). That does
        for two tabs, or two machines in one network, but not across the internet.
      </p>
    </section>
  );
}
