ALTER TABLE one_time_tokens DROP COLUMN first_method;
DROP TABLE provider_proofs, provider_flows;
