-- Once, on the member that began the cluster; the others get it with their copy.
CREATE DATABASE ${DATABASE};
CREATE USER 'wechatmask'@'${CLIENTS}' IDENTIFIED BY '${CITY_PASSWORD}';
GRANT ALL ON ${DATABASE}.* TO 'wechatmask'@'${CLIENTS}';
-- It may log in and nothing else.
CREATE USER 'health'@'localhost' IDENTIFIED BY '${HEALTH_PASSWORD}';
CREATE USER 'sst'@'localhost' IDENTIFIED BY '${SST_PASSWORD}';
GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO 'sst'@'localhost';
