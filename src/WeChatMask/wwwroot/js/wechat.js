// The configured wx inside WeChat, or null: then a page uses what the browser itself can do.
export async function wechat() {
  return null;
}

export default wechat;
