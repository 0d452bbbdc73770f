SET sql_log_bin = 0
ALTER USER 'quorumlab_admin'@'%' IDENTIFIED BY '@admin@' ACCOUNT UNLOCK
ALTER USER 'quorumlab_client'@'%' IDENTIFIED BY '@client@' ACCOUNT UNLOCK
ALTER USER 'quorumlab_repl'@'%' IDENTIFIED BY '@replication@' ACCOUNT UNLOCK
ALTER USER 'quorumlab_drain'@'%' IDENTIFIED BY '@drain@' ACCOUNT UNLOCK
ALTER USER 'quorumlab_audit'@'%' IDENTIFIED BY '@audit@' ACCOUNT UNLOCK
