"""Baseline program for the preview benchmark: the resources of a network of `count` agents, without components.

The same resources with the same inputs as the benchmark's network; `preview.py` checks that they are. Names of role
assignments are made as the components make them, for those are inputs too.
"""

import pulumi
from pulumi_azure_native import (
    app,
    authorization,
    cognitiveservices,
    containerregistry,
    managedidentity,
    monitor,
    operationalinsights,
    resources,
    servicebus,
    storage,
)

from access.azure.roles import by_name, definition_id
from components.grants import assignment_name

GROUP, PLACE, KEPT = "bench-rg", "westeurope", 30


def program(count: int) -> None:
    """Register all resources of the preview benchmark's baseline, one statement after another."""
    group = resources.ResourceGroup("bench", resource_group_name=GROUP, location=PLACE, tags={})
    rg = group.urn.apply(lambda _: GROUP)
    subscription = authorization.get_client_config_output().subscription_id
    workspace = operationalinsights.Workspace(
        "bench",
        workspace_name="bench-dev",
        resource_group_name=rg,
        location=PLACE,
        tags={},
        sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
        retention_in_days=KEPT,
        features=operationalinsights.WorkspaceFeaturesArgs(
            disable_local_auth=True, enable_log_access_using_only_resource_permissions=True
        ),
    )
    environment = app.ManagedEnvironment(
        "bench",
        environment_name="bench-dev",
        resource_group_name=rg,
        location=PLACE,
        tags={},
        workload_profiles=[app.WorkloadProfileArgs(name="Consumption", workload_profile_type="Consumption")],
        app_logs_configuration=app.AppLogsConfigurationArgs(destination="azure-monitor"),
        peer_authentication=app.ManagedEnvironmentPeerAuthenticationArgs(mtls=app.MtlsArgs(enabled=True)),
        peer_traffic_configuration=app.ManagedEnvironmentPeerTrafficConfigurationArgs(
            encryption=app.ManagedEnvironmentEncryptionArgs(enabled=True)
        ),
        public_network_access="Enabled",
    )
    registry = containerregistry.Registry(
        "benchimages",
        registry_name="benchimagesb1",
        resource_group_name=rg,
        location=PLACE,
        tags={},
        sku=containerregistry.SkuArgs(name=containerregistry.SkuName.STANDARD),
        admin_user_enabled=False,
        anonymous_pull_enabled=False,
        policies=containerregistry.PoliciesArgs(
            azure_ad_authentication_as_arm_policy=containerregistry.AzureADAuthenticationAsArmPolicyArgs(
                status="enabled"
            ),
            soft_delete_policy=containerregistry.SoftDeletePolicyArgs(status="enabled", retention_days=7),
        ),
        public_network_access="Enabled",
    )
    account = storage.StorageAccount(
        "benchinput",
        account_name="benchinputb1",
        resource_group_name=rg,
        location=PLACE,
        tags={},
        kind="StorageV2",
        sku=storage.SkuArgs(name="Standard_LRS"),
        access_tier=storage.AccessTier.HOT,
        allow_shared_key_access=False,
        default_to_o_auth_authentication=True,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allowed_copy_scope="AAD",
        is_local_user_enabled=False,
        is_sftp_enabled=False,
        minimum_tls_version="TLS1_2",
        public_network_access="Enabled",
    )
    keeping = storage.DeleteRetentionPolicyArgs(enabled=True, days=KEPT)
    storage.BlobServiceProperties(
        "benchinput",
        blob_services_name="default",
        account_name="benchinputb1",
        resource_group_name=rg,
        is_versioning_enabled=True,
        delete_retention_policy=keeping,
        container_delete_retention_policy=keeping,
        opts=pulumi.ResourceOptions(depends_on=[account]),
    )
    uploads = storage.BlobContainer(
        "uploads",
        container_name="uploads",
        account_name="benchinputb1",
        resource_group_name=rg,
        public_access=storage.PublicAccess.NONE,
        opts=pulumi.ResourceOptions(depends_on=[account]),
    )
    models = cognitiveservices.Account(
        "models",
        account_name="bench-openai-b1",
        resource_group_name=rg,
        location=PLACE,
        tags={},
        kind="OpenAI",
        sku=cognitiveservices.SkuArgs(name="S0"),
        properties=cognitiveservices.AccountPropertiesArgs(
            custom_sub_domain_name="bench-openai-b1", disable_local_auth=True, public_network_access="Enabled"
        ),
    )
    cognitiveservices.Deployment(
        "models-has-small",
        deployment_name="small",
        account_name="bench-openai-b1",
        resource_group_name=rg,
        sku=cognitiveservices.SkuArgs(name="Standard", capacity=10),
        properties=cognitiveservices.DeploymentPropertiesArgs(
            model=cognitiveservices.DeploymentModelArgs(format="OpenAI", name="gpt-5.6-luna", version="2026-07-09"),
            version_upgrade_option="NoAutoUpgrade",
        ),
        opts=pulumi.ResourceOptions(depends_on=[models]),
    )
    namespace = servicebus.Namespace(
        "bench-events",
        namespace_name="bench-events-b1",
        resource_group_name=rg,
        location=PLACE,
        tags={},
        sku=servicebus.SBSkuArgs(name=servicebus.SkuName.STANDARD, tier=servicebus.SkuTier.STANDARD),
        disable_local_auth=True,
        minimum_tls_version="1.2",
        public_network_access="Enabled",
    )
    jobs = servicebus.Queue(
        "jobs",
        queue_name="jobs",
        namespace_name="bench-events-b1",
        resource_group_name=rg,
        dead_lettering_on_message_expiration=True,
        opts=pulumi.ResourceOptions(depends_on=[namespace]),
    )
    storage_logs = ("StorageRead", "StorageWrite", "StorageDelete")
    for title, source, categories in (
        ("bench-is-logged", environment.id, ("ContainerAppConsoleLogs", "ContainerAppSystemLogs")),
        ("images-are-logged", registry.id, ("ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents")),
        ("blobs-are-logged", pulumi.Output.concat(account.id, "/blobServices/default"), storage_logs),
        ("queues-are-logged", pulumi.Output.concat(account.id, "/queueServices/default"), storage_logs),
        ("models-are-logged", models.id, ("Audit", "RequestResponse")),
    ):
        monitor.DiagnosticSetting(
            title,
            name="to-the-network",
            resource_uri=source,
            workspace_id=workspace.id,
            logs=[monitor.DiagnosticsLogSettingsArgs(category=one, enabled=True) for one in categories],
        )
    monitor.DiagnosticSetting(
        "events-are-logged",
        name="to-the-network",
        resource_uri=namespace.id,
        workspace_id=workspace.id,
        logs=[monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)],
        log_analytics_destination_type="Dedicated",
    )

    def grant(
        title: str, reason: str, role_name: str, scope: pulumi.Output[str], who: pulumi.Output[str]
    ) -> pulumi.Resource:
        role = by_name(role_name)
        return authorization.RoleAssignment(
            title,
            role_assignment_name=pulumi.Output.all(scope, who).apply(
                lambda two: assignment_name(two[0], role.id, two[1])
            ),
            scope=scope,
            role_definition_id=subscription.apply(lambda known: definition_id(role, known)),
            principal_id=who,
            principal_type="ServicePrincipal",
            description=reason,
        )

    for number in range(count):
        agent = f"agent-{number}"
        pull = managedidentity.UserAssignedIdentity(
            f"{agent}-pull",
            resource_name_=f"bench-{agent}-dev-pull",
            resource_group_name=rg,
            location=PLACE,
            tags={},
        )
        may_pull = grant(
            f"{agent}-may-pull-benchimages", f"{agent} may pull benchimages", "AcrPull", registry.id, pull.principal_id
        )
        one = app.ContainerApp(
            agent,
            container_app_name=f"bench-{agent}-dev",
            resource_group_name=rg,
            location=PLACE,
            tags={},
            environment_id=environment.id,
            workload_profile_name="Consumption",
            identity=app.ManagedServiceIdentityArgs(
                type=app.ManagedServiceIdentityType.SYSTEM_ASSIGNED_USER_ASSIGNED, user_assigned_identities=[pull.id]
            ),
            configuration=app.ConfigurationArgs(
                active_revisions_mode=app.ActiveRevisionsMode.SINGLE,
                identity_settings=[
                    app.IdentitySettingsArgs(identity=pull.id, lifecycle=app.IdentitySettingsLifeCycle.NONE),
                    app.IdentitySettingsArgs(identity="system", lifecycle=app.IdentitySettingsLifeCycle.MAIN),
                ],
                registries=[app.RegistryCredentialsArgs(server=registry.login_server, identity=pull.id)],
            ),
            template=app.TemplateArgs(
                containers=[
                    app.ContainerArgs(
                        name=agent,
                        image=pulumi.Output.concat(registry.login_server, "/agent:1.0"),
                        resources=app.ContainerResourcesArgs(cpu=0.5, memory="1Gi"),
                        env=[
                            app.EnvironmentVarArgs(
                                name="JOBS_ENDPOINT",
                                value=namespace.service_bus_endpoint.apply(
                                    lambda url: url[len("https://") :].partition(":")[0]
                                ),
                            ),
                            app.EnvironmentVarArgs(name="JOBS_QUEUE", value="jobs"),
                            app.EnvironmentVarArgs(name="MODELS_DEPLOYMENTS", value="small"),
                            app.EnvironmentVarArgs(
                                name="MODELS_ENDPOINT", value=models.properties.apply(lambda known: known.endpoint)
                            ),
                            app.EnvironmentVarArgs(name="UPLOADS_CONTAINER", value="uploads"),
                            app.EnvironmentVarArgs(
                                name="UPLOADS_ENDPOINT", value=account.primary_endpoints.apply(lambda known: known.blob)
                            ),
                        ],
                    )
                ],
                scale=app.ScaleArgs(min_replicas=1, max_replicas=10),
            ),
            opts=pulumi.ResourceOptions(depends_on=[may_pull]),
        )
        who = one.identity.apply(lambda identity: identity.principal_id if identity else "")
        grant(f"{agent}-may-read-uploads", f"{agent} may read uploads", "Storage Blob Data Reader", uploads.id, who)
        grant(f"{agent}-may-use-models", f"{agent} may use models", "Cognitive Services OpenAI User", models.id, who)
        grant(f"{agent}-may-send-jobs", f"{agent} may send jobs", "Azure Service Bus Data Sender", jobs.id, who)
