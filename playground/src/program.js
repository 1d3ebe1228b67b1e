// Programs for copying, preceded by what they need.

export const PACKAGE = "scalar-autograd";

export const withInstall = (code) => `# pip install ${PACKAGE}\n${code}`;
