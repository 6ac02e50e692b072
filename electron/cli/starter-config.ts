/** What `localport config init` writes: valid as it stands, with an example of each technology to uncomment. */
export const starterConfig = `# LocalPort: which ports to forward. Saved changes take effect immediately.
# Check it with: localport config validate
version: "1.0"

# Examples, one for each technology: uncomment what you need.
services:
#   - name: postgres
#     technology: kubectl
#     local_port: 5432
#     remote_port: 5432
#     tags: [backend]
#     connection:
#       context: my-cluster
#       namespace: default
#       resource_type: service
#       resource_name: postgres
#     health_check:
#       type: postgres
#
#   - name: admin
#     technology: ssh
#     local_port: 8443
#     remote_port: 443
#     connection:
#       host: bastion.example.com
#       user: me
#       remote_host: admin.internal
#
#   - name: cache
#     technology: tcp
#     local_port: 6379
#     remote_port: 6379
#     connection:
#       host: 10.0.0.7
#
#   - name: database-proxy
#     technology: command
#     local_port: 3306
#     connection:
#       argv: [cloud-sql-proxy, --port, "{local_port}", my-project:my-region:my-database]

# defaults:
#   health_check:
#     interval: 30s
#   restart_policy:
#     max_attempts: 5
`;
