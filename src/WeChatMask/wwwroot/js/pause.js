export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
