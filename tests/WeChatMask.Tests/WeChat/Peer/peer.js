// The independent peer of WeChatPeerTests: reads one job a line, answers one result a line.
//   {"seal": text, "timestamp": t, "nonce": n}    -> {"encrypt": …, "signature": …}
//   {"open": encrypt, "timestamp": t, "nonce": n} -> {"message": …, "id": …, "signature": …}
'use strict';

const readline = require('readline');
const WXBizMsgCrypt = require('wechat-crypto');

const [token, key, appId] = process.argv.slice(2);
const crypt = new WXBizMsgCrypt(token, key, appId);

readline.createInterface({ input: process.stdin, crlfDelay: Infinity }).on('line', (line) => {
  const job = JSON.parse(line);
  const sealing = job.seal !== undefined;
  const encrypt = sealing ? crypt.encrypt(job.seal) : job.open;
  const signature = crypt.getSignature(job.timestamp, job.nonce, encrypt);
  const result = sealing ? { encrypt, signature } : { ...crypt.decrypt(encrypt), signature };
  process.stdout.write(JSON.stringify(result) + '\n');
});
