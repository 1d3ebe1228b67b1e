// Programs as they are copied: what they need stands first.

export const PACKAGE = "scalar-autograd";

export const withInstall = (code) => `# pip install ${PACKAGE}\n${code}`;
