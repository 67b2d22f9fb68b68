// Passkeys: a form says what it is for (fetch: sign in, get: show that it is you, create: add one); its answer goes into the field
// `credential`. Where a browser has no passkeys, or no scripts, such forms stay hidden.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // The server writes bytes as text; the browser wants bytes.
  const options = (given) => {
    const wanted = { ...given, challenge: bytes(given.challenge) };
    if (given.user) wanted.user = { ...given.user, id: bytes(given.user.id) };
    for (const list of ["excludeCredentials", "allowCredentials"])
      if (given[list]) wanted[list] = given[list].map((one) => ({ ...one, id: bytes(one.id) }));
    return wanted;
  };

  // And the way back.
  const answer = (made) => {
    const { response } = made;
    const said = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
      if (response[name]) said[name] = text(response[name]);
    if (response.getTransports) said.transports = response.getTransports();
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      authenticatorAttachment: made.authenticatorAttachment,
      clientExtensionResults: made.getClientExtensionResults(),
      response: said,
    };
  };

  const ways = {
    fetch: async (form) => {
      const asked = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!asked.ok) throw new Error(String(asked.status));
      return navigator.credentials.get({ publicKey: options((await asked.json()).request_options.publicKey) });
    },
    get: (form, given) => navigator.credentials.get({ publicKey: options(given.request_options.publicKey) }),
    create: (form, given) => {
      const wanted = options(given.creation_options.publicKey);
      // It is to sign in by itself: kept on the device, opened by fingerprint, face or PIN.
      wanted.authenticatorSelection = {
        ...wanted.authenticatorSelection,
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      };
      return navigator.credentials.create({ publicKey: wanted });
    },
  };

  for (const form of document.querySelectorAll("form[data-passkey-form]")) {
    const button = form.querySelector("button");
    const problem = form.querySelector("[data-problem]");
    const data = form.querySelector("script[type='application/json']");
    form.hidden = false;
    button.hidden = false;
    for (const note of form.querySelectorAll("[data-without]")) note.hidden = true;
    const use = async (event) => {
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      try {
        const made = await ways[form.dataset.passkeyForm](form, data && JSON.parse(data.textContent));
        form.querySelector("[name=credential]").value = JSON.stringify(answer(made));
        form.submit();
      } catch {
        problem.hidden = false;
        button.disabled = false;
      }
    };
    button.addEventListener("click", use);
    form.addEventListener("submit", use); // Enter in a field does the same
  }
})();
